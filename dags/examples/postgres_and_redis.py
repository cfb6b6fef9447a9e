"""Two Connections at work: rows are counted in Postgres, and the last answer is kept in Redis.

Connections come from SSM, where the deployment's secrets backend looks first; here `example_postgres` and
`example_redis` (see the README beside this file). Each task may run twice, after a retry or by hand, and the
result is the same: that is what the key and `on conflict` are for.
"""

from datetime import datetime, timedelta

from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.redis.hooks.redis import RedisHook
from airflow.sdk import dag, get_current_context, task

CREATE = "create table if not exists example_visits (run text primary key, visits integer not null)"
WRITE = """
    insert into example_visits (run, visits) values (%s, %s)
    on conflict (run) do update set visits = excluded.visits
"""
KEPT_SECONDS = 3_600


@dag(
    dag_id="example_postgres_and_redis",
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-platform", "retries": 2, "retry_delay": timedelta(seconds=30)},
    tags=["example"],
    doc_md=__doc__,
)
def example_postgres_and_redis():
    @task
    def write():
        hook = PostgresHook(postgres_conn_id="example_postgres")
        hook.run([CREATE])
        run = get_current_context()["run_id"]
        hook.run(WRITE, parameters=(run, 42))
        return run

    @task
    def total(run):
        # Parameters are never pasted into the statement.
        found = PostgresHook(postgres_conn_id="example_postgres").get_first(
            "select sum(visits) from example_visits where run = %s", parameters=(run,)
        )
        return int(found[0])

    @task
    def keep(run, visits):
        client = RedisHook(redis_conn_id="example_redis").get_conn()
        client.set(f"example:{run}", visits, ex=KEPT_SECONDS)
        return int(client.get(f"example:{run}"))

    run = write()
    keep(run, total(run))


example_postgres_and_redis()
