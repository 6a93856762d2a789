"""The addresses of the RecoverBiz contract."""
