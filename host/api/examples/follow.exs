# SPDX-License-Identifier: MIT
# Follows the events of a running kith: elixir follow.exs /run/kith/kith.sock
defmodule Follow do
  def run(path, last) do
    with {:ok, kith} <- :gen_tcp.connect({:local, path}, 0, [:binary, packet: :line, active: false, buffer: 1_048_576]) do
      resume = if last, do: "Last-Event-ID: #{last}\r\n", else: ""
      :gen_tcp.send(kith, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n#{resume}\r\n")
      run(path, lines(kith, last))
    else
      {:error, reason} -> IO.puts(:stderr, inspect(reason)); Process.sleep(1000); run(path, last)
    end
  end
  defp lines(kith, last) do
    case :gen_tcp.recv(kith, 0) do
      {:ok, "id: " <> id} -> lines(kith, String.trim(id))
      {:ok, "data: " <> event} -> IO.puts(Regex.replace(~r/.*"kind":"([^"]+)".*?("peer":"([^"]+)".*|$)/s, event, "\\1 \\3")); lines(kith, last)
      {:ok, _} -> lines(kith, last)
      {:error, _} -> Process.sleep(1000); last
    end
  end
end
Follow.run(hd(System.argv()), nil)
