---@meta
-- Written by generate.py from the server's table of settings, do not edit.

---@class goescape.Settings What `settings.goescape` of `vim.lsp.config` may hold.
---@field run? "onSave"|"onType"|"manual" When to analyse. Default: `"onSave"`.
---@field show? "allocations"|"all"|"hot" Which findings are shown. Default: `"allocations"`.
---@field tests? boolean Include test files. Default: `true`.
---@field generated? boolean Include generated files. Default: `false`.
---@field severity? table<string, "information"|"hint"|"warning"|"error"|"off"> Severity for a rule (`returned`, `captured-by-closure`, …), for how often the code runs (`loop`, `normal`, `cold`), or for a row of the default view: `inlined-possible`, `inlined`, `possible`, `constructor`, `lifecycle`, `main`, `goroutine`, `make-channel`, `arguments`, `api`, each a hint by default, as is `cold`. `loop` and `normal` are information. A rule is asked before `loop`, `normal` and `cold`, these before the rows. `off` hides it; the hover names what decided.
---@field maxPerFile? integer The most findings shown in one file. The strongest come first; one last message counts the rest. 0 shows only that count. Default: `200`.
---@field inlayHints? boolean Show small marks in the code where a value goes to the heap. Default: `true`.
---@field codeLens? boolean Show a line above each function that counts its heap places. Default: `false`.
---@field locale? "auto"|"en"|"zh-cn" Language of all messages. Default: `"auto"`.
---@field go? goescape.GoSettings

---@class goescape.GoSettings Which Go runs, and with what.
---@field path? string The `go` program to use. Empty: look on PATH, in the usual folders, then beside goescape-lsp.
---@field env? table<string, string> Environment variables for `go`, for example `GOOS` or `GOFLAGS`.
---@field flags? string[] Flags for the build, for example `["-tags=integration"]`.
---@field gcflags? string[] Flags for the compiler, added to those of goescape-lsp, for example `["-l"]`.
