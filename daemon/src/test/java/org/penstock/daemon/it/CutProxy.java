package org.penstock.daemon.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * A bad network between a client and a daemon, in this JVM: each connection has a {@link Fault}, chosen by its number.
 *
 * <p>The daemon may be another one after a while ({@link #to}): the client's address stays.
 */
public final class CutProxy implements AutoCloseable {
    private static final int PIECE_BYTES = 16 << 10;

    private final ServerSocket server;
    private final IntFunction<Fault> faults;
    private final List<Way> ways = new CopyOnWriteArrayList<>();
    private volatile InetSocketAddress daemon;
    private volatile boolean isGone;

    /** How a connection comes to its end. */
    public enum Ending {
        /** Both sides are closed in good order. */
        CLOSE,
        /** Both sides are reset (RST, by SO_LINGER 0). */
        RESET,
        /** The client hears that the daemon will say no more, and the daemon nothing at all. */
        HALF_CLOSE_TO_CLIENT,
        /** The daemon hears that the client will say no more, and the client nothing at all. */
        HALF_CLOSE_TO_DAEMON,
        /** Nothing comes through any more, in either direction, and nobody is told. */
        BLACK_HOLE
    }

    /**
     * What a connection suffers.
     *
     * @param afterBytes how many bytes from the client come through; {@link Long#MAX_VALUE} for all
     * @param ending what happens then
     * @param pieceBytes in what slices they come through, both ways
     * @param delayNs how long each slice is held back
     */
    public record Fault(long afterBytes, Ending ending, int pieceBytes, long delayNs) {
        /** A good network. */
        public static final Fault NONE = new Fault(Long.MAX_VALUE, Ending.CLOSE, PIECE_BYTES, 0);

        /** Ends after so many bytes from the client. */
        public static Fault after(long bytes, Ending ending) {
            return new Fault(bytes, ending, PIECE_BYTES, 0);
        }

        /** The same, in small slices. */
        public Fault inSlices(int bytes) {
            return new Fault(afterBytes, ending, bytes, delayNs);
        }

        /** The same, slower. */
        public Fault delayed(long newDelayNs) {
            return new Fault(afterBytes, ending, pieceBytes, newDelayNs);
        }
    }

    /** A connection, both of its sides. */
    private static final class Way {
        private final Socket client;
        private final Socket daemon;
        private volatile boolean isHole;

        Way(Socket client, Socket daemon) {
            this.client = client;
            this.daemon = daemon;
        }

        void end(Ending ending) throws IOException {
            switch (ending) {
                case CLOSE -> close();
                case RESET -> {
                    client.setSoLinger(true, 0);
                    daemon.setSoLinger(true, 0);
                    close();
                }
                case HALF_CLOSE_TO_CLIENT -> client.shutdownOutput();
                case HALF_CLOSE_TO_DAEMON -> daemon.shutdownOutput();
                case BLACK_HOLE -> isHole = true;
            }
        }

        /** Copies from the client until its end, or until the fault's bytes are through. */
        void carryUp(Fault fault) {
            try {
                if (copy(client.getInputStream(), daemon.getOutputStream(), fault, fault.afterBytes())) {
                    end(fault.ending());
                } else {
                    daemon.shutdownOutput();
                }
            } catch (IOException _) {
                closeQuietly();
            }
        }

        /** Copies from the daemon until its end. */
        void carryDown(Fault fault) {
            try {
                copy(daemon.getInputStream(), client.getOutputStream(), fault, Long.MAX_VALUE);
                client.shutdownOutput();
            } catch (IOException _) {
                closeQuietly();
            }
        }

        /** Returns whether so many bytes came before the end. */
        private boolean copy(InputStream in, OutputStream out, Fault fault, long bytes) throws IOException {
            byte[] piece = new byte[fault.pieceBytes()];
            long left = bytes;
            while (left > 0) {
                int count = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (count < 0) {
                    return false;
                }
                if (fault.delayNs() > 0) {
                    LockSupport.parkNanos(fault.delayNs());
                }
                if (!isHole) {
                    out.write(piece, 0, count);
                }
                left -= count;
            }
            return true;
        }

        void close() throws IOException {
            client.close();
            daemon.close();
        }

        /** One side is gone, so is the other. */
        private void closeQuietly() {
            try {
                close();
            } catch (IOException _) {
                // closed already
            }
        }
    }

    private CutProxy(InetSocketAddress daemon, IntFunction<Fault> faults) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.daemon = daemon;
        this.faults = faults;
        Thread.ofPlatform().daemon().name("proxy").start(this::accept);
    }

    /** Stands before a daemon; {@code faults} is asked with the number of each connection, from 0. */
    public static CutProxy before(InetSocketAddress daemon, IntFunction<Fault> faults) throws IOException {
        return new CutProxy(daemon, faults);
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Leads new connections to another daemon. */
    public void to(InetSocketAddress newDaemon) {
        daemon = newDaemon;
    }

    /** Returns how many connections there have been. */
    public int connections() {
        return ways.size();
    }

    /** Ends all connections that there are. */
    public void cutAll(Ending ending) throws IOException {
        for (Way way : ways) {
            if (!way.client.isClosed()) {
                way.end(ending);
            }
        }
    }

    private void accept() {
        try {
            while (true) {
                connect(server.accept());
            }
        } catch (SocketException _) {
            // closed: the test is over
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void connect(Socket client) throws IOException {
        if (isGone) {
            client.close(); // it was in the backlog
            return;
        }
        Socket target = new Socket();
        try {
            target.connect(daemon);
        } catch (IOException _) {
            client.close(); // the daemon is down
            return;
        }
        client.setTcpNoDelay(true);
        target.setTcpNoDelay(true);
        Way way = new Way(client, target);
        int number = ways.size();
        ways.add(way);
        Fault fault = faults.apply(number);
        Thread.ofPlatform().daemon().name("proxy-up-" + number).start(() -> way.carryUp(fault));
        Thread.ofPlatform().daemon().name("proxy-down-" + number).start(() -> way.carryDown(fault));
    }

    /** Ends all connections, and nobody answers at this address any more. */
    public void vanish() throws IOException {
        isGone = true;
        server.close();
        for (Way way : ways) {
            way.close();
        }
    }

    @Override
    public void close() throws IOException {
        vanish();
    }
}
