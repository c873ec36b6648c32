-- wrk: sends what the command line says, and prints what came of it on one line.
local method, headers = "GET", {}

function init(arguments)
  if arguments[1] then
    method = arguments[1]
  end
  for index = 2, #arguments, 2 do
    headers[arguments[index]] = arguments[index + 1]
  end
end

function request()
  return wrk.format(method, nil, headers)
end

function done(summary, latency, requests)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors))
end
