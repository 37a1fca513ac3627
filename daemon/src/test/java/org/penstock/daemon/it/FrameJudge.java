package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.PythonAtHand;

/** Has foreign readers compare datasets with what was sent; all that was added at once, in one Python process. */
final class FrameJudge {
    private static final Path SCRIPT =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "check_frames.py");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Job> jobs = new ArrayList<>();
    private Path folder = Path.of("/");

    /** One dataset and what is expected in it. */
    static final class Job {
        private final Map<String, Object> words = new LinkedHashMap<>();

        private Job(String file, String path) {
            words.put("file", file);
            words.put("path", path);
        }

        Job pattern(TestFrames frames) {
            words.put("dtype", frames.type().wireName());
            words.put("shape", frames.shape());
            words.put("seed", frames.seed());
            return this;
        }

        Job with(String key, Object value) {
            words.put(key, value);
            return this;
        }

        Job frames(long frames) {
            return with("frames", frames);
        }

        Job missing(Long... frames) {
            return with("missing", List.of(frames));
        }

        /** Has all readers look at it, not only h5py. */
        Job allReaders() {
            return with("readers", List.of("h5py", "hdf5plugin", "silx", "h5dump"));
        }
    }

    /** Skips the test where the readers are not installed. */
    static void assumeReaders() {
        ForeignReader.assumePython("h5py, hdf5plugin, silx");
        ForeignReader.assumeProgram("h5dump");
    }

    /** Reads from this folder, so that relative paths are seen from it. */
    FrameJudge in(Path newFolder) {
        folder = newFolder;
        return this;
    }

    Job expect(String file, String path) {
        Job job = new Job(file, path);
        jobs.add(job);
        return job;
    }

    /** Asks the readers; returns how many frames they have compared. */
    long judge() throws IOException, InterruptedException {
        String expected =
                JSON.writeValueAsString(jobs.stream().map(job -> job.words).toList());
        PythonAtHand.Outcome outcome = PythonAtHand.script(folder, SCRIPT, List.of(), expected);
        String said = outcome.said();
        assertThat(outcome.exitCode()).as(said).isZero();
        assertThat(said).endsWith(" 0 problems\n");
        return Long.parseLong(
                said.substring(said.stripTrailing().lastIndexOf('\n') + 1, said.indexOf(" frames compared")));
    }
}
