printf 'SELECT 1;\nSELECT nothing;\nSELECT 2;\n' >bad.sql
"$MORSEL" -bail bad.sql
echo "= $?"
"$MORSEL" -bail <bad.sql
echo "= $?"
"$MORSEL" -bail -c 'SELECT nothing; SELECT 2' -c 'SELECT 3'
echo "= $?"
(echo '.bail on'; cat bad.sql) | "$MORSEL"
echo "= $?"
