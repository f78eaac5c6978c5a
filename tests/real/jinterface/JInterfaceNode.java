// SPDX-License-Identifier: MIT

import com.ericsson.otp.erlang.OtpNode;

/** A node of JInterface, Erlang's own library for Java, until its standard input ends. Arguments: name, cookie. ERL_EPMD_PORT counts. */
public class JInterfaceNode {
    public static void main(String[] arguments) throws Exception {
        OtpNode node = new OtpNode(arguments[0], arguments[1]);
        System.out.println("ready");
        while (System.in.read() >= 0) {
        }
        node.close();
    }
}
