package org.penstock.daemon.cli;

import java.net.InetSocketAddress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Where a daemon listens, as users write it after {@code --to}: {@code HOST:PORT}, {@code HOST}, {@code [::1]:9700}. */
final class DaemonAddress {
    private static final int DEFAULT_PORT = 9700;

    private DaemonAddress() {}

    /**
     * Reads an address.
     *
     * @param command that has the option
     * @throws ParameterException when it is none
     * @throws CommandFailure when nobody knows the host
     */
    static InetSocketAddress parse(CommandSpec command, String text) {
        int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        try {
            int port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(text.substring(colon + 1));
            InetSocketAddress address = new InetSocketAddress(host.replaceAll("[\\[\\]]", ""), port);
            if (address.isUnresolved()) {
                throw new CommandFailure("host is not known: to=" + text + ", host=" + host);
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    command.commandLine(), "bad address: option=--to, expected=HOST:PORT, actual=" + text, e);
        }
    }
}
