--- Stops the servers and starts them anew, with the options and the configuration as they are now.
local M = {}

local PATIENCE = 3000 -- milliseconds for a clean exit; after that the server is killed
local STEP = 50

--- Calls `done` once the client has ended.
---@param client vim.lsp.Client
---@param left integer
---@param done fun()
local function when_stopped(client, left, done)
  if client:is_stopped() then return done() end
  if left == 0 then client:stop(true) end
  vim.defer_fn(function() when_stopped(client, left - STEP, done) end, STEP)
end

---@param root? string
---@param buffers integer[]
local function start(root, buffers)
  vim.lsp.config("goescape", {}) -- the resolved configuration is remembered; this makes Neovim read it again
  local config = vim.deepcopy(vim.lsp.config.goescape)
  config.root_dir = root
  for _, buffer in ipairs(vim.tbl_filter(vim.api.nvim_buf_is_loaded, buffers)) do
    vim.lsp.start(config, { bufnr = buffer, reuse_client = config.reuse_client })
  end
end

--- Restarts every server of goescape, each with the buffers that it had; starts one when none runs.
function M.all()
  local clients = vim.lsp.get_clients({ name = "goescape" })
  if #clients == 0 then vim.lsp.enable("goescape") end
  for _, client in ipairs(clients) do
    local root, buffers = client.root_dir, vim.tbl_keys(client.attached_buffers)
    client:stop()
    when_stopped(client, PATIENCE, function() start(root, buffers) end)
  end
end

return M
