package org.penstock.daemon.service.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A Unix datagram socket that sends: {@code socket(2)}, {@code sendto(2)}, {@code close(2)}. Java has Unix sockets for streams only.
 *
 * <p><b>Threading:</b> any thread; closed when nobody sends any more.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class UnixDatagrams implements AutoCloseable {
    /** The most bytes of {@code sun_path} in {@code <sys/un.h>}. */
    public static final int MOST_ADDRESS_BYTES = 108;

    // <bits/socket.h>, <asm-generic/errno-base.h>, Linux on x86-64 and aarch64
    private static final int AF_UNIX = 1;
    private static final int DATAGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final int NO_SIGNAL = 0x4000;
    private static final int EINTR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_FIELD = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** {@code int socket(int domain, int type, int protocol)}. */
    private static final MethodHandle SOCKET =
            bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /** {@code ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *dest, socklen_t addrlen)}. */
    private static final MethodHandle SENDTO =
            bind("sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

    /** {@code int close(int fd)}. */
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final int descriptor;

    private UnixDatagrams(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a socket without an address of its own. */
    public static UnixDatagrams open() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int descriptor = (int) SOCKET.invokeExact(state, AF_UNIX, DATAGRAM_CLOSE_ON_EXEC, 0);
            if (descriptor < 0) {
                throw new IOException("no Unix datagram socket: errno=" + errno(state));
            }
            return new UnixDatagrams(descriptor);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    /**
     * Sends one datagram; waits while the receiver's queue is full.
     *
     * @param address {@code sun_path}: a path with its NUL, or a NUL and an abstract name without one
     */
    public void send(byte[] address, byte[] message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message);
            int addressBytes = Short.BYTES + address.length;
            MemorySegment to = arena.allocate(addressBytes, Short.BYTES);
            to.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(address, 0, to, JAVA_BYTE, Short.BYTES, address.length);
            long sent;
            do {
                sent = (long) SENDTO.invokeExact(
                        state, descriptor, bytes, (long) message.length, NO_SIGNAL, to, addressBytes);
            } while (sent < 0 && errno(state) == EINTR);
            if (sent < 0) {
                throw new IOException("datagram not sent: bytes=" + message.length + ", errno=" + errno(state));
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(arena.allocate(CALL_STATE), descriptor);
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_FIELD.get(state, 0L);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, FunctionDescriptor signature) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), signature, Linker.Option.captureCallState("errno"));
    }
}
