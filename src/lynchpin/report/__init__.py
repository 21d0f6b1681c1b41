"""What people look at: figures of a plan, the offline page and the workbook."""
