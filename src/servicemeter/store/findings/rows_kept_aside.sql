-- title: Rows that could not be taken: {part}
-- severity: missing
-- touches: *
-- remedy: Correct the cells named (or the mapping) and import the file again; rows already taken are not taken twice.
select reason as part, source, file, row_number, "table", "column", file_column, value from meta.kept_aside where replaced_in is null
