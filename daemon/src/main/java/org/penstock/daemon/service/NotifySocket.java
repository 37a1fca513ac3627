package org.penstock.daemon.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.penstock.daemon.service.ffi.UnixDatagrams;

/**
 * The socket on which a service manager listens: what {@code sd_notify(3)} writes to.
 *
 * <p><b>Threading:</b> any thread.
 */
final class NotifySocket implements AutoCloseable {
    /** The environment variable that names it: an absolute path, or {@code @} and a name of the abstract namespace. */
    static final String VARIABLE = "NOTIFY_SOCKET";

    private final String name;
    private final byte[] address;
    private final UnixDatagrams socket;

    private NotifySocket(String name, byte[] address, UnixDatagrams socket) {
        this.name = name;
        this.address = address;
        this.socket = socket;
    }

    /** Opens it; nothing is sent yet, and nobody need listen. */
    static NotifySocket open(String name) throws IOException {
        byte[] address = address(name);
        return new NotifySocket(name, address, UnixDatagrams.open());
    }

    /** Returns {@code sun_path} as the kernel takes it: a path ends with NUL, an abstract name begins with one. */
    private static byte[] address(String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = name.startsWith("@");
        if (bytes.length < 2 || !(isAbstract || name.startsWith("/"))) {
            throw new IOException("notify socket not understood: expected=/path or @name, " + VARIABLE + "=" + name);
        }
        byte[] address = isAbstract ? bytes : Arrays.copyOf(bytes, bytes.length + 1);
        if (isAbstract) {
            address[0] = 0;
        }
        if (address.length > UnixDatagrams.MOST_ADDRESS_BYTES) {
            throw new IOException("notify socket has too long a name: bytes=" + address.length + ", expected<="
                    + UnixDatagrams.MOST_ADDRESS_BYTES + ", " + VARIABLE + "=" + name);
        }
        return address;
    }

    /** Sends assignments, one a line, as one message. */
    void send(String assignments) throws IOException {
        try {
            socket.send(address, assignments.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IOException("service manager not told: " + VARIABLE + "=" + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
