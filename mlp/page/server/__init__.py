"""The server around the page: who may ask, what it keeps of uploads, how many tabs there is room for."""
