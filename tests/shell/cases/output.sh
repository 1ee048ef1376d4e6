"$MORSEL" <<'END'
.output file.txt
SELECT 'in the file';
.print also in the file
.output
SELECT 'on the screen';
.once once.txt
SELECT 'once';
SELECT 'on the screen again';
.once |tr a-z A-Z
SELECT 'shouted';
.output "|sed 's/^/> /'"
SELECT 'quoted';
.output
.output /nosuch/folder/file
SELECT 'still here';
.output off
SELECT 'nowhere';
.output stdout
.shell echo from a program
.system exit 3
.read |echo "SELECT 'read from a program';"
END
echo "= $?"
cat file.txt once.txt
