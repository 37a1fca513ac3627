package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.nexus.LinkMaster;

/** Links that wait for one master: of one daemon, of two, of one that may not write it. */
final class LinkQueueIT {
    private static final long LATER_NS = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    private Path folder;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<String> found = new ArrayList<>();
    private final List<String> waiting = new ArrayList<>();
    private final ScanStates states = new ScanStates();
    private final Publisher here = new Publisher("linker-here", tasks::add);
    private final Publisher there = new Publisher("linker-there", tasks::add);

    @BeforeAll
    static void readerMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    @AfterEach
    void endThreads() {
        here.close();
        there.close();
    }

    /** Other classes of this JVM own it from other threads. */
    @AfterAll
    static void releaseHdf5() {
        Hdf5Library.release();
    }

    @Test
    void shouldMakeALinkAgainWhenAnotherDaemonWasFaster() {
        LinkQueue one = queue(here, 0);
        LinkQueue other = queue(there, 0);
        add(one, 1);
        add(other, 2);

        // both are made of the master as it is: there is none
        one.flush();
        other.flush();
        settle();

        assertThat(links()).isEqualTo("['1.1', '2.1']");
        assertThat(found).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void shouldWriteTogetherWhatComesSoonAfter() {
        LinkQueue queue = queue(here, LATER_NS);
        add(queue, 1);
        queue.tick(System.nanoTime());
        for (int scan = 2; scan <= 50; scan++) {
            add(queue, scan);
        }
        settle();
        queue.tick(System.nanoTime());
        settle();
        assertThat(links()).isEqualTo("['1.1']");
        assertThat(queue.isForgotten(System.nanoTime())).isFalse();

        queue.tick(System.nanoTime() + LATER_NS + 1);
        assertThat(queue.isPublishing()).isTrue();
        settle();

        assertThat(ForeignReader.h5py(master(), "print(len(f), f.attrs['default'])"))
                .isEqualTo("50 50.1");
        assertThat(found).hasSize(50);
        assertThat(queue.isForgotten(System.nanoTime() + 2 * LATER_NS)).isTrue();
    }

    @Test
    void shouldWriteAtOnceWhatIsWaitedFor() {
        LinkQueue queue = queue(here, LATER_NS);
        add(queue, 1);
        queue.flush();
        add(queue, 2);
        queue.hurry();
        settle();

        assertThat(links()).isEqualTo("['1.1', '2.1']");
    }

    @Test
    void shouldGiveUpAMasterThatIsAnothers() throws IOException {
        LinkQueue queue = queue(here, 0);
        add(queue, 1);
        ForeignReader.python(
                "import h5py, sys; h5py.File(sys.argv[1], 'w').attrs['creator'] = 'Bliss'", master().toString());

        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(found).as("attempt %d", attempt).isEmpty();
            queue.tick(System.nanoTime() + attempt * LATER_NS);
        }

        assertThat(found).as("nobody waits for it for ever").containsExactly("1");
        assertThat(ForeignReader.h5py(master(), "print(len(f), f.attrs['creator'])"))
                .isEqualTo("0 Bliss");
    }

    private LinkQueue queue(Publisher publisher, long intervalNs) {
        Folders folders =
                new Folders(DaemonConfig.defaults().withDataDir(folder).storage());
        LinkQueue.Services services =
                new LinkQueue.Services(new LinkMaster(Clock.systemUTC()), publisher, folders, states);
        return new LinkQueue(master(), services, intervalNs, LATER_NS);
    }

    private void add(LinkQueue queue, int scan) {
        LinkedScan linked = new LinkedScan(scan, master(), Set.of(master()));
        linked.whenFound(() -> found.add(Integer.toString(scan)), waiting::add);
        queue.add(new LinkMaster.Link(scan + ".1", "scan%04d/scan%04d.h5".formatted(scan, scan), "/1.1"), linked);
    }

    private Path master() {
        return folder.resolve("sample_0001.h5");
    }

    private String links() {
        return ForeignReader.h5py(master(), "print(sorted(f.keys()))");
    }

    /** Until nothing follows from anything. */
    private void settle() {
        boolean hasRun = true;
        while (hasRun) {
            here.drain();
            there.drain();
            hasRun = false;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                hasRun = true;
            }
        }
    }
}
