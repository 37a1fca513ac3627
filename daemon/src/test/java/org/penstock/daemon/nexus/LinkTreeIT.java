package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.protocol.ElementType;

/** Link masters made anew of the scans that are there, and two programs that link at once. */
class LinkTreeIT {
    @TempDir
    private Path temporary;

    private Path raw;
    private Path proposal;
    private Path sample;

    @BeforeAll
    static void readerMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    /** Other classes of this JVM own it from other threads. */
    @AfterAll
    static void releaseHdf5() {
        Hdf5Library.release();
    }

    @BeforeEach
    void writeScans() throws IOException {
        raw = temporary.toRealPath();
        proposal = raw.resolve("hg123_id00.h5");
        sample = raw.resolve("my_sample/hg123_my_sample.h5");
        scan("0001", 1, 0);
        scan("0001", 2, 10);
        scan("0002", 1, 5);
    }

    @Test
    void shouldLinkAllScansThatAreThere() throws IOException {
        List<LinkTree.Outcome> outcomes = tree().rebuild(raw);

        assertThat(outcomes)
                .extracting(LinkTree.Outcome::scans, LinkTree.Outcome::problem)
                .containsExactlyInAnyOrder(tuple(3, null), tuple(3, null), tuple(2, null), tuple(1, null));
        String everything = "print(sorted(f), f.attrs['default'], [f[e + '/measurement/eiger'][1, 0, 0] for e in f])";
        String said = "['my_sample_0001_1.1', 'my_sample_0001_2.1', 'my_sample_0002_1.1'] my_sample_0001_2.1 [2, 2, 2]";
        assertThat(ForeignReader.h5py(proposal, everything)).isEqualTo(said);
        assertThat(ForeignReader.h5py(sample, everything)).isEqualTo(said);
        assertThat(ForeignReader.h5py(dataset("0001"), "print(sorted(f), f.attrs['default'])"))
                .isEqualTo("['1.1', '2.1'] 2.1");
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldForgetAScanThatIsGoneAndLeaveMastersAbove() throws IOException {
        tree().rebuild(raw);
        byte[] above = Files.readAllBytes(proposal);
        Files.delete(folder("0001").resolve("scan0002/scan0002.h5"));

        List<LinkTree.Outcome> outcomes = tree().rebuild(folder("0001"));

        assertThat(outcomes).extracting(LinkTree.Outcome::file).containsExactly(dataset("0001"));
        assertThat(ForeignReader.h5py(dataset("0001"), "print(sorted(f), f.attrs['default'])"))
                .isEqualTo("['1.1'] 1.1");
        assertThat(proposal).hasBinaryContent(above);
    }

    @Test
    void shouldLeaveTheMasterOfAnotherProgram() throws IOException {
        ForeignReader.python(
                "import h5py, sys; h5py.File(sys.argv[1], 'w').attrs['creator'] = 'Bliss'", proposal.toString());
        byte[] theirs = Files.readAllBytes(proposal);

        List<LinkTree.Outcome> outcomes = tree().rebuild(raw);

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.problem() != null)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.problem()).contains("creator=Bliss"));
        assertThat(proposal).hasBinaryContent(theirs);
        assertThat(sample).exists();
    }

    @Test
    void shouldNameAScanMasterThatCannotBeRead() throws IOException {
        Path broken =
                Files.createDirectories(folder("0002").resolve("scan0009")).resolve("scan0009.h5");
        Files.writeString(broken, "no HDF5");

        List<LinkTree.Outcome> outcomes = tree().rebuild(raw);

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.problem() != null)
                .extracting(LinkTree.Outcome::file)
                .containsExactly(broken);
        assertThat(outcomes).hasSize(5);
    }

    @Test
    void shouldNotTakeAwayTheLinkOfAnother() {
        LinkMaster one = new LinkMaster(ScanFixture.CLOCK);
        LinkMaster other = new LinkMaster(ScanFixture.CLOCK);
        Publication first = link(one, "1.1").orElseThrow();
        Publication second = link(other, "2.1").orElseThrow();

        first.publish();
        assertThatThrownBy(second::publish)
                .isInstanceOfSatisfying(
                        StorageException.class,
                        stale -> assertThat(stale.reason()).isEqualTo(StorageException.Reason.STALE));
        second.discard();
        link(other, "2.1").orElseThrow().publish();

        assertThat(ForeignReader.h5py(proposal, "print(sorted(f))")).isEqualTo("['1.1', '2.1']");
    }

    private Optional<Publication> link(LinkMaster links, String entry) {
        LinkMaster.Link link = new LinkMaster.Link(entry, "my_sample/my_sample_0001/my_sample_0001.h5", "/" + entry);
        return Optional.ofNullable(links.add(proposal, List.of(link)).publication());
    }

    private static LinkTree tree() {
        return new LinkTree(new LinkMaster(ScanFixture.CLOCK), _ -> {});
    }

    private Path folder(String dataset) {
        return raw.resolve("my_sample/my_sample_" + dataset);
    }

    private Path dataset(String dataset) {
        return folder(dataset).resolve("my_sample_" + dataset + ".h5");
    }

    private void scan(String dataset, int number, int seconds) throws IOException {
        Path folder = Files.createDirectories(folder(dataset).resolve("scan%04d".formatted(number)));
        DetectorDescription eiger = ScanFixture.detector("eiger", ElementType.U2, List.of(3, 4), 1, 4);
        DetectorState state =
                new DetectorState(eiger, ScanFixture.writeParts(folder, eiger, 2, List.of()), 2, List.of());
        ScanIdentity identity = new ScanIdentity("hg123", "id00", "20261101", "my_sample", dataset, number);
        ScanProgress ended =
                ScanProgress.ended(WriterStatus.SUCCEEDED, ScanFixture.END.plusSeconds(seconds), "SUCCESS");
        ScanDescription scan = new ScanDescription(
                identity, "ascan", ScanFixture.START.plusSeconds(seconds), "ESRF-ID00", ended, ScanMetadata.EMPTY);
        new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                .write(scan, List.of(state), folder.resolve("scan%04d.h5".formatted(number)))
                .publication()
                .publish();
    }
}
