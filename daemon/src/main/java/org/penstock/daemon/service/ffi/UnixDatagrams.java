package org.penstock.daemon.service.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import org.penstock.daemon.ffi.CFunction;

/**
 * A Unix datagram socket that sends: {@code socket(2)}, {@code sendto(2)}, {@code close(2)}. Java has Unix sockets for streams only.
 *
 * <p><b>Threading:</b> any thread; closed when nobody sends any more.
 */
public final class UnixDatagrams implements AutoCloseable {
    /** The most bytes of {@code sun_path} in {@code <sys/un.h>}. */
    public static final int MOST_ADDRESS_BYTES = 108;

    // <bits/socket.h>, Linux on x86-64 and aarch64
    private static final int AF_UNIX = 1;
    private static final int DATAGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final int NO_SIGNAL = 0x4000;

    /** {@code int socket(int domain, int type, int protocol)}. */
    private static final CFunction SOCKET =
            CFunction.of("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /** {@code ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *dest, socklen_t addrlen)}. */
    private static final CFunction SENDTO = CFunction.of(
            "sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

    /** {@code int close(int fd)}. */
    private static final CFunction CLOSE = CFunction.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final int descriptor;

    private UnixDatagrams(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a socket without an address of its own. */
    public static UnixDatagrams open() throws IOException {
        CFunction.Answer opened = SOCKET.call(AF_UNIX, DATAGRAM_CLOSE_ON_EXEC, 0);
        if (opened.number() < 0) {
            throw new IOException("no Unix datagram socket: errno=" + opened.errno());
        }
        return new UnixDatagrams((int) opened.number());
    }

    /**
     * Sends one datagram; waits while the receiver's queue is full.
     *
     * @param address {@code sun_path}: a path with its NUL, or a NUL and an abstract name without one
     */
    public void send(byte[] address, byte[] message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message);
            int addressBytes = Short.BYTES + address.length;
            MemorySegment to = arena.allocate(addressBytes, Short.BYTES);
            to.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(address, 0, to, JAVA_BYTE, Short.BYTES, address.length);
            CFunction.Answer sent =
                    SENDTO.callThroughSignals(descriptor, bytes, (long) message.length, NO_SIGNAL, to, addressBytes);
            if (sent.number() < 0) {
                throw new IOException("datagram not sent: bytes=" + message.length + ", errno=" + sent.errno());
            }
        }
    }

    @Override
    public void close() {
        CLOSE.call(descriptor);
    }
}
