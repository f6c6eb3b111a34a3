// RunStorage
