"""Rules about Airflow: executor, versions, times, sizes, DAG source, connection budget."""
