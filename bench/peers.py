"""One query in one data frame library (or DuckDB's Python module), as a whole process; engines.py starts it.

    peers.py ENGINE QUERY THREADS [PRODUCTS [MANAGERS]]

Prints the rows as CSV without a header. Only the library asked for is imported, only the columns that the query needs are
read, and each query is written the way that library's manual recommends. For DuckDB, QUERY is the SQL itself.
"""
import csv
import sys

GROUP3 = ["cat_1", "cat_2", "cat_3"]


def run_duckdb(sql, threads):
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    return connection.execute(sql).fetchall()


def run_polars(query, products, managers):
    import polars as pl

    p = pl.scan_csv(products, separator="\t", try_parse_dates=True)

    def rows(frame):
        return frame.collect(engine="streaming").rows()

    if query == "open":
        return [(name, str(kind)) for name, kind in p.collect_schema().items()]
    if query == "head":
        return rows(p.head(5))
    if query in ("group3", "group3_full"):
        groups = p.group_by(GROUP3).agg(n=pl.col("rid").count())
        if query == "group3":
            groups = groups.sort("n", "cat_3", descending=[True, False]).head(5)
        return rows(groups)
    if query == "filter_sum":
        chosen = p.filter((pl.col("qty") > 5) & (pl.col("r_date") >= pl.date(2020, 1, 1)))
        return rows(chosen.select(pl.col("price").sum()))
    if query in ("group_pid", "group_pid_check"):
        groups = p.group_by("pid").agg(n=pl.len().cast(pl.Int64), total=pl.col("price").sum())
        if query == "group_pid":
            return rows(groups.sort("total", "pid", descending=[True, False]).head(10))
        n, total = pl.col("n"), pl.col("total")
        return rows(
            groups.select(
                a=pl.len(), b=n.sum(), c=n.max(), d=(n * n).sum(), e=total.sum(), f=total.max()
            )
        )
    if query == "top10":
        return rows(p.sort("price", "rid", descending=[True, False]).head(10))
    if query == "join":
        m = pl.scan_csv(managers, separator="\t")
        joined = p.join(m, on="cat_2").group_by("manager").agg(
            n=pl.len(), items=pl.col("qty").sum(), profit=(pl.col("price") * pl.col("margin")).sum()
        )
        return rows(joined.sort("manager"))
    raise SystemExit(f"peers.py: no query '{query}'")


def run_frames(query, read, read_all, read_head, managers, compute):
    """The queries in the words that pandas and Dask share.

    read(columns), read_all(), read_head(n) give frames of the products; compute(x) turns a lazy result into values.
    """

    def rows(frame):
        return list(compute(frame).itertuples(index=False, name=None))

    if query == "open":
        return [(name, str(kind)) for name, kind in read_head(0).dtypes.items()]
    if query == "head":
        return list(read_head(5).itertuples(index=False, name=None))
    if query in ("group3", "group3_full"):
        groups = compute(read(GROUP3 + ["rid"]).groupby(GROUP3)["rid"].count()).reset_index()
        if query == "group3":
            groups = groups.sort_values(["rid", "cat_3"], ascending=[False, True]).head(5)
        return list(groups.itertuples(index=False, name=None))
    if query == "filter_sum":
        p = read(["qty", "r_date", "price"])
        return [(compute(p[(p["qty"] > 5) & (p["r_date"] >= "2020-01-01")]["price"].sum()),)]
    if query in ("group_pid", "group_pid_check"):
        groups = compute(read(["pid", "price"]).groupby("pid")["price"].agg(["size", "sum"])).reset_index()
        n, total = groups["size"], groups["sum"]
        if query == "group_pid_check":
            return [(len(groups), n.sum(), n.max(), (n * n).sum(), total.sum(), total.max())]
        top = groups.sort_values(["sum", "pid"], ascending=[False, True]).head(10)
        return list(top.itertuples(index=False, name=None))
    if query == "top10":
        # nlargest() breaks ties by position, and rid ascends with it.
        return rows(read_all().nlargest(10, "price"))
    if query == "join":
        joined = read(["cat_2", "price", "qty"]).merge(managers(), on="cat_2")
        joined["profit"] = joined["price"] * joined["margin"]
        groups = compute(joined.groupby("manager").agg({"cat_2": "count", "qty": "sum", "profit": "sum"}))
        return list(groups.sort_index().reset_index().itertuples(index=False, name=None))
    raise SystemExit(f"peers.py: no query '{query}'")


def run_pandas(query, products, managers):
    import pandas as pd

    return run_frames(
        query,
        read=lambda columns: pd.read_csv(products, sep="\t", usecols=columns),
        read_all=lambda: pd.read_csv(products, sep="\t"),
        read_head=lambda n: pd.read_csv(products, sep="\t", nrows=n),
        managers=lambda: pd.read_csv(managers, sep="\t"),
        compute=lambda x: x,
    )


def run_dask(query, threads, products, managers):
    import dask
    import dask.dataframe as dd
    import pandas as pd

    dask.config.set(scheduler="threads", num_workers=threads)
    return run_frames(
        query,
        read=lambda columns: dd.read_csv(products, sep="\t")[columns],
        read_all=lambda: dd.read_csv(products, sep="\t"),
        read_head=lambda n: dd.read_csv(products, sep="\t").head(n) if n else dd.read_csv(products, sep="\t"),
        managers=lambda: pd.read_csv(managers, sep="\t"),
        compute=lambda x: x.compute(),
    )


def main():
    engine, query, threads, *paths = sys.argv[1:]
    products, managers = (paths + ["", ""])[:2]
    if engine == "duckdb":
        rows = run_duckdb(query, int(threads))
    elif engine == "polars":  # its threads are set by the environment
        rows = run_polars(query, products, managers)
    elif engine == "pandas":
        rows = run_pandas(query, products, managers)
    elif engine == "dask":
        rows = run_dask(query, int(threads), products, managers)
    else:
        raise SystemExit(f"peers.py: no engine '{engine}'")
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


main()
