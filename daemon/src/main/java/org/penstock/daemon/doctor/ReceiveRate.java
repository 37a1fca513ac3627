package org.penstock.daemon.doctor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * How many bytes a core receives over TCP, measured over loopback: where a network card brings them, interrupts come to it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param bytesPerCpuSecond of the receiving thread, the kernel's part included
 */
public record ReceiveRate(double bytesPerCpuSecond) {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final long MEASURED_NS = 500_000_000L;

    /** Measures for half a second. */
    public static ReceiveRate measure() throws IOException {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketChannel sender = SocketChannel.open(listener.getLocalAddress());
            Thread.ofPlatform().daemon().name("measure").start(() -> send(sender));
            try (sender;
                    SocketChannel receiver = listener.accept()) {
                return receive(receiver);
            }
        }
    }

    private static ReceiveRate receive(SocketChannel receiver) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        long cpuNs = cpuNs();
        long startNs = System.nanoTime();
        long received = 0;
        while (System.nanoTime() - startNs < MEASURED_NS) {
            block.clear();
            received += Math.max(0, receiver.read(block));
        }
        return new ReceiveRate(received / Math.max(1e-9, (cpuNs() - cpuNs) / 1e9));
    }

    private static void send(SocketChannel sender) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        try {
            while (sender.isOpen()) {
                block.clear();
                sender.write(block);
            }
        } catch (IOException _) {
            // the measurement is over, and the receiver gone
        }
    }

    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
