"""Events beyond memory: read, validated and counted by DuckDB or Spark, through Ibis."""
