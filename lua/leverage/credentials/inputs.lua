-- inputs: the values a credentials command needs before it can begin: short name, project name, region. Each comes
-- from the first place that has it (flags, project files, environment), and from the user last.

local endpoints = require "leverage.aws.endpoints"
local try = require "leverage.try"

local inputs = {}

local DEFAULT_REGION = "us-east-1"

local function check_short_name(name)
  if name:match("^[a-z0-9-]+$") and #name <= 32 then return true end
  return nil, "a short name is 1 to 32 lower-case letters, digits and dashes"
end

local function check_project_name(name)
  if name:match("^[%w][%w _.-]*$") and #name <= 64 then return true end
  return nil, "a project name is letters, digits, blanks and . _ -, at most 64"
end

local function check_region(region)
  local partition, reason = endpoints.partition_of(region)
  return partition and true, reason
end

local function checked(check, value, origin)
  local ok, reason = check(value)
  if not ok then try.fail(("%s: %s"):format(origin, reason), origin:sub(1, 2) == "--" and "usage" or "broken_file") end
  return value
end

local function short_name(ctx, project, args)
  if args.short_name then return checked(check_short_name, args.short_name, "--short-name") end
  local in_yaml = project.short_name_yaml
  if in_yaml and not in_yaml:match("^%l%l%l?%l?$") then
    local line, column = project.yaml:position { "short_name" }
    try.fail(("%s:%d:%d: a project's short name is 2 to 4 lower-case letters"):format(
      project.yaml_path, line, column), "broken_file")
  end
  if project.short_name then return checked(check_short_name, project.short_name, "the project's short name") end
  return ctx.prompt:text { label = "Short name of the project", needs = "the project's short name",
    flag = "--short-name", validate = check_short_name }
end

local function project_name(ctx, project, args)
  if args.project_name then return checked(check_project_name, args.project_name, "--project-name") end
  if project.project_name then return project.project_name end
  -- Only prefixes of account names depend on it, so nobody is stopped for want of one.
  if not project.placeholders.project_name or not ctx.prompt:possible() then return nil end
  return ctx.prompt:text { label = "Name of the project", flag = "--project-name", validate = check_project_name }
end

local function region(ctx, project, args)
  if args.region then return checked(check_region, args.region, "--region") end
  if project.region then return checked(check_region, project.region, "the project's region") end
  local in_environment = ctx.getenv("AWS_REGION")
  if in_environment and in_environment ~= "" then return checked(check_region, in_environment, "AWS_REGION") end
  return ctx.prompt:text { label = "AWS region", needs = "a region", flag = "--region", default = DEFAULT_REGION,
    validate = check_region }
end

-- Values that replace placeholders in project.yaml, when the user agrees.
local function write_back(ctx, project, args, values)
  if args.no_project_files then return {} end
  local list = {}
  for _, name in ipairs { "short_name", "project_name", "primary_region", "region_primary", "region" } do
    local value = values[name] or (name:match("region") and values.region)
    local fits = name ~= "short_name" or (value and value:match("^%l%l%l?%l?$"))
    if project.placeholders[name] and value and fits then list[#list + 1] = { at = { name }, value = value } end
  end
  if #list == 0 or ctx.yes then return list end
  if not ctx.prompt:possible() then return {} end
  local words = {}
  for index, item in ipairs(list) do words[index] = ("%s: %s"):format(item.at[1], item.value) end
  local agreed = ctx.prompt:confirm { label = ("Write %s to project.yaml?"):format(table.concat(words, ", ")),
    flag = "--yes", default = true }
  return agreed and list or {}
end

--- Everything that must be known before keys are asked for.
---@param ctx table
---@param project table from leverage.project
---@param args table
---@return { short_name: string, project_name: string?, region: string, partition: string, write_back: table[] }
function inputs.gather(ctx, project, args)
  local values = {}
  values.short_name = short_name(ctx, project, args)
  values.project_name = project_name(ctx, project, args)
  values.region = region(ctx, project, args)
  values.partition = endpoints.partition_of(values.region)
  values.write_back = write_back(ctx, project, args, values)
  return values
end

return inputs
