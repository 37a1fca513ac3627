package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.ScanConfig;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.LayoutJudge;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.ScanRequest;

/** A scan that was described before it had a stream, and the daemon that goes before one comes. */
final class DescribedScanRecoveryIT {
    @TempDir
    private Path dataDir;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    /** Other classes of this JVM own it from other threads. */
    @AfterAll
    static void releaseHdf5() {
        Hdf5Library.release();
    }

    @Test
    void shouldKeepWhatWasSaidThroughACrash() throws IOException {
        Path journal;
        Path master;
        try (Publisher publisher = new Publisher("publisher", tasks::add);
                SyncThread syncer = new SyncThread(tasks::add)) {
            Scan scan = registry(publisher, syncer)
                    .create(
                            ScanRequest.DEFAULTS,
                            ScanPlan.NONE,
                            noted("{'title': 'ascan samy', 'positioners': {'samy': {'units': 'mm', 'start': 1}}}"));
            ScanMetadata merged = scan.metadata()
                    .merge(metadata("{'positioners': {'samy': {'end': 5}}, 'notes': [{'data': 'burnt'}]}")
                            .json());
            assertThat(scan.describe(scan.metadata(), NotedDescription.of(merged)))
                    .isTrue();
            journal = scan.journal().file();
            master = Objects.requireNonNull(scan.masters().scan());
            publisher.drain();
            assertThat(problems(master)).isEmpty();
            assertThat(h5py(master, "title")).isEqualTo("ascan samy");
            scan.journal().close();
        }

        ScanRecovery.Recovered recovered;
        try (ScanRecovery recovery = new ScanRecovery(config())) {
            recovered = recovery.recover(journal);
        }

        assertThat(recovered.problem()).isNull();
        assertThat(problems(master)).isEmpty();
        assertThat(h5py(master, "title")).isEqualTo("ascan samy");
        assertThat(h5py(master, "notes/note_01/data")).isEqualTo("burnt");
        assertThat(h5py(master, "end_reason")).isEqualTo("DELETION");
        assertThat(ForeignReader.h5py(master, "print(f['1.1/instrument/positioners_end/samy'][()])"))
                .isEqualTo("5.0");
        assertThat(journal).doesNotExist();
    }

    @Test
    void shouldNoteWhatIsNewAndNotWithoutABound() throws IOException {
        try (Publisher publisher = new Publisher("publisher", tasks::add);
                SyncThread syncer = new SyncThread(tasks::add)) {
            Scan scan = registry(publisher, syncer).create(ScanRequest.DEFAULTS, ScanPlan.NONE, NotedDescription.NONE);
            ScanJournal journal = scan.journal();
            assertThat(scan.describe(ScanMetadata.EMPTY, noted("{'title': 'new'}")))
                    .isTrue();
            long bytes = Files.size(journal.file());

            assertThat(scan.describe(metadata("{'title': 'new'}"), noted("{'title': 'new'}")))
                    .isTrue();
            assertThat(scan.describe(ScanMetadata.EMPTY, noted("{'title': 'of what was known before'}")))
                    .isFalse();
            assertThat(scan.metadata()).isEqualTo(metadata("{'title': 'new'}"));
            assertThat(Files.size(journal.file())).isEqualTo(bytes);
            assertThatThrownBy(() -> journal.expectRoom(1 << 20, 1 << 20))
                    .isInstanceOf(ScanStateException.class)
                    .hasMessageContaining("scan was described too often");
            scan.finish("end of the test");
            journal.close();
        }
    }

    @Test
    void shouldTakeNothingMoreWhenTheScanHasEnded() throws IOException {
        try (Publisher publisher = new Publisher("publisher", tasks::add);
                SyncThread syncer = new SyncThread(tasks::add)) {
            Scan scan = registry(publisher, syncer).create(ScanRequest.DEFAULTS, ScanPlan.NONE, NotedDescription.NONE);
            scan.finish("aborted by the test");

            assertThatThrownBy(() -> scan.describe(ScanMetadata.EMPTY, noted("{'title': 'late'}")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("scan has ended: scan=1.1, state=ABORTED");
            scan.journal().close();
        }
    }

    @Test
    void shouldRefuseToStartWithABadTemplate() throws IOException {
        Path template = Files.writeString(dataDir.resolve("own.yaml"), "entry: \"{number}.1\"\ntree:\n  titel: x\n");
        ScanConfig defaults = DaemonConfig.defaults().scan();
        ScanConfig config = new ScanConfig(
                null,
                "id00",
                null,
                "sample",
                "0001",
                "t",
                null,
                template.toString(),
                defaults.idleTimeout(),
                defaults.resumeWindow());

        assertThatThrownBy(() -> ScanRegistry.template(config))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("scan.template: scan template refused: source=" + template)
                .hasMessageContaining("line 2: group without a class");
    }

    private ScanRegistry registry(Publisher publisher, SyncThread syncer) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        ScanRegistry.Threads threads = new ScanRegistry.Threads(publisher, publisher, syncer, (_, _) -> {});
        return new ScanRegistry(
                config(), clock, Journals.in(null), threads, new ScanRegistry.Told(new Telemetry(), ScanListener.NONE));
    }

    private DaemonConfig config() {
        return DaemonConfig.defaults().withDataDir(dataDir);
    }

    private static String h5py(Path master, String path) {
        return ForeignReader.h5py(master, "print(f['1.1/" + path + "'].asstr()[()])");
    }

    private static List<String> problems(Path master) {
        try (LayoutJudge judge = new LayoutJudge()) {
            return judge.problems(master);
        }
    }

    private static NotedDescription noted(String json) throws IOException {
        return NotedDescription.of(metadata(json));
    }

    private static ScanMetadata metadata(String json) throws IOException {
        JsonNode node = new JsonMapper().readTree(json.replace('\'', '"'));
        return ScanMetadata.of(node);
    }
}
