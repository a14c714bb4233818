"""The finished report in other formats: Word, a workbook of its data, and its pictures as PNG."""
