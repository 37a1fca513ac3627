package org.penstock.daemon.access;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection: its address in digits, for a name is what somebody's name server says, and the name in its certificate if it has shown one.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param address with the port
 * @param certificate whose it is, or null
 */
public record Peer(String address, @Nullable String certificate) {
    /** Returns who is at an address, and has shown a certificate or not. */
    public static Peer of(@Nullable SocketAddress address, @Nullable Principal certificate) {
        String digits = address instanceof InetSocketAddress peer && peer.getAddress() != null
                ? digits(peer.getAddress().getHostAddress()) + ":" + peer.getPort()
                : String.valueOf(address);
        return new Peer(digits, certificate == null ? null : certificate.getName());
    }

    /** IPv6 has colons of its own. */
    private static String digits(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /** Returns both as the log has them. */
    @Override
    public String toString() {
        return certificate == null ? address : address + ", certificate=" + certificate;
    }
}
