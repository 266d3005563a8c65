"""What the tests of reading share; being here makes ``made_files`` importable."""
