"""Your digits: kept, shown, taught."""
