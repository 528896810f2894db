-- What a user writes into init.lua, and no more.
vim.opt.runtimepath:append(vim.env.GOESCAPE_FOLDER)
vim.lsp.enable("goescape")
