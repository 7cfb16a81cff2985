"""Arrow data: shards, schemas, columns as numbers, keys and folds; knows no Beam and no model."""
