package org.penstock.daemon.doctor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/**
 * How fast a folder takes bytes, until the disk has them.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param bytesPerSecond written and synced
 * @param bytesPerCpuSecond of the writing thread, the kernel's part included
 */
public record DiskRate(double bytesPerSecond, double bytesPerCpuSecond) {
    private static final int BLOCK_BYTES = 8 << 20;
    private static final long MOST_BYTES = 512L << 20;
    private static final long LONGEST_NS = 2_000_000_000L;
    private static final long SHARE_OF_FREE = 8;

    /** Writes for two seconds, 512 MiB and an eighth of the room at most; leaves nothing. */
    public static DiskRate of(Path folder) throws IOException {
        long most = Math.min(MOST_BYTES, Files.getFileStore(folder).getUsableSpace() / SHARE_OF_FREE);
        Path file = Files.createTempFile(folder, ".penstock-doctor-", "");
        try {
            return write(file, most);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static DiskRate write(Path file, long most) throws IOException {
        byte[] noise = new byte[BLOCK_BYTES];
        new Random(1).nextBytes(noise);
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES).put(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long cpuNs = cpuNs();
            long startNs = System.nanoTime();
            long written = 0;
            while (written < most && System.nanoTime() - startNs < LONGEST_NS) {
                block.clear();
                while (block.hasRemaining()) {
                    written += channel.write(block);
                }
            }
            channel.force(true);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            return new DiskRate(written / Math.max(1e-9, seconds), written / Math.max(1e-9, (cpuNs() - cpuNs) / 1e9));
        }
    }

    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
