"""Official sources: what corpus/sources.toml lists, fetched into corpus/official/ when a maintainer asks for it."""
