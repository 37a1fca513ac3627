package org.penstock.daemon.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/** A tmpfs that can be filled and emptied; unmounted at the end. Skips the test where none can be mounted. */
final class SmallDisk implements AutoCloseable {
    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    static SmallDisk mount(Path folder, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        String size = "size=" + mebibytes + "m";
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder.toString()) == 0,
                "a small tmpfs cannot be mounted here (root is needed)");
        return new SmallDisk(folder);
    }

    Path folder() {
        return folder;
    }

    /** Takes all room but so many bytes. */
    void fill(long room) throws IOException {
        try (FileChannel channel = FileChannel.open(filler(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            takeAll(channel);
            channel.truncate(Math.max(0, channel.size() - room));
        }
    }

    private static void takeAll(FileChannel channel) {
        ByteBuffer block = ByteBuffer.allocateDirect(4096);
        try {
            while (true) {
                channel.write(block.clear());
            }
        } catch (IOException _) {
            // no space left: that is what was wanted
        }
    }

    /** Gives the room back. */
    void empty() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", "-l", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("not unmounted: " + folder, e);
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        return said.isEmpty() ? status : Math.max(1, status);
    }
}
