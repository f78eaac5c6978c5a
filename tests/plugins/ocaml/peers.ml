(* SPDX-License-Identifier: MIT *)

(* The peers of a text with one host in each line; # begins a comment. In OCaml, for the strategy `hosts_ocaml` of strategy.c. *)
let without_comment line = match String.index_opt line '#' with Some at -> String.sub line 0 at | None -> line

let peers text =
  String.split_on_char '\n' text
  |> List.map (fun line -> String.trim (without_comment line))
  |> List.filter (fun host -> host <> "")
  |> List.sort_uniq compare
  |> List.map (fun host -> "app@" ^ host)

(* Raises what OCaml code raises: the strategy reports it as a failure. *)
let checked text = if String.contains text '\t' then failwith "a tab is in the text" else Array.of_list (peers text)
let () = Callback.register "peers" checked
