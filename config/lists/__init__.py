"""Lists of devices that were kept elsewhere: workbooks, Zabbix, Prometheus; read, and made into proposed targets."""
