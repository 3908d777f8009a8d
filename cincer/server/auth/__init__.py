"""Who may do what: `tokens` the file of tokens, `identity` who is asking, `access` the one table,
`login` codes and cookies for browsers, `locked` a file lock."""
