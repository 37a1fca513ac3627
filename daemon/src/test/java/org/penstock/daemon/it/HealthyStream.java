package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** A detector that does all right while others do wrong: half of its frames go before, half after. */
final class HealthyStream implements AutoCloseable {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 200L, 300L);
    private static final long COUNT = 10;

    private final FrameStream stream;

    private HealthyStream(FrameStream stream) {
        this.stream = stream;
    }

    /** Sends half of the frames and waits until they are safe: from then on it changes nothing on the disk by itself. */
    static HealthyStream begin(TestDaemon daemon) throws Exception {
        HealthyStream healthy =
                new HealthyStream(PenstockClient.open(daemon.address(), FRAMES.request("healthy", COUNT)));
        FRAMES.send(healthy.stream, 0, COUNT / 2);
        Await.until("the healthy stream's frames are safe", () -> healthy.stream.writtenBelow() == COUNT / 2);
        return healthy;
    }

    Path datasetFile() {
        return Path.of(stream.opened().datasetFile());
    }

    /** Sends the rest; everything must be there, and must be what was sent. */
    void finish() throws IOException, InterruptedException {
        FRAMES.send(stream, COUNT / 2, COUNT);
        Report report = stream.end(COUNT);
        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesWritten()).isEqualTo(COUNT);
        FrameJudge judge = new FrameJudge();
        judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/healthy")
                .pattern(FRAMES)
                .frames(COUNT);
        judge.judge();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
