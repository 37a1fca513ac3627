package org.penstock.daemon.scan;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;

/** Stands in for the process that rebuilds: what it does is the name of the file. */
final class ChildOfTest {
    static final String HANGS = "hangs.h5";
    static final String DIES = "dies.h5";
    static final String TALKS = "talks.h5";
    private static final int STATUS = 7;

    private ChildOfTest() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        RebuildJob job = JsonBody.readStrict(input.readLine().getBytes(StandardCharsets.UTF_8), RebuildJob.class);
        switch (String.valueOf(Path.of(job.file()).getFileName())) {
            case HANGS -> new CountDownLatch(1).await();
            case DIES -> Runtime.getRuntime().halt(STATUS);
            case TALKS -> System.out.println("a flag of the virtual machine may make it talk\n.");
            default -> {}
        }
        System.out.println(
                JsonBody.text(new RebuildResult(job.file(), 1, List.of(new FrameRange(0, 1)), List.of(), null, 0)));
    }
}
