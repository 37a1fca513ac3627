package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;

@Timeout(60)
final class RebuildProcessTest {
    private static final Path FOLDER = Path.of("/data/scan0001");

    private final BlockingQueue<RebuildResult> results = new LinkedBlockingQueue<>();
    private final RebuildProcess rebuilds = new RebuildProcess(
            Runnable::run,
            ChildOfTest.class.getName(),
            new RebuildProcess.Patience(Duration.ZERO, Duration.ofSeconds(8)));

    @AfterEach
    void close() {
        rebuilds.close();
    }

    @Test
    void shouldReturnWhatTheProcessSays() throws InterruptedException {
        assertThat(rebuilt("sound.h5").problem()).isNull();
        assertThat(rebuilt(ChildOfTest.TALKS).problem()).isNull();
    }

    @Test
    void shouldEndAProcessThatHangsAndGoOn() throws InterruptedException {
        assertThat(rebuilt(ChildOfTest.HANGS).problem())
                .isEqualTo("rebuild failed: file=" + FOLDER.resolve(ChildOfTest.HANGS)
                        + ", problem=rebuild gave no sign for 8 s");
        assertThat(rebuilt("sound.h5").problem()).isNull();
        assertThat(ProcessHandle.current().descendants().filter(RebuildProcessTest::isOfRebuilds))
                .as("processes left")
                .allSatisfy(process -> assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(10)));
    }

    @Test
    void shouldSayHowAProcessEnded() throws InterruptedException {
        assertThat(rebuilt(ChildOfTest.DIES).problem())
                .contains("file=" + FOLDER.resolve(ChildOfTest.DIES), "rebuild ended, exit code=7");
    }

    /** Other tests of this virtual machine have processes, too. */
    private static boolean isOfRebuilds(ProcessHandle process) {
        return process.isAlive() && process.info().commandLine().orElse("").contains(ChildOfTest.class.getName());
    }

    private RebuildResult rebuilt(String name) throws InterruptedException {
        RebuildJob job =
                new RebuildJob(FOLDER.resolve(name).toString(), List.of("journal"), null, false, false, 0640, null);
        rebuilds.submit(job, results::add);
        RebuildResult result = results.poll(30, TimeUnit.SECONDS);
        assertThat(result).as("result of %s", name).isNotNull();
        return result;
    }
}
