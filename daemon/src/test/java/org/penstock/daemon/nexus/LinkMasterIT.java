package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;

class LinkMasterIT {
    private final LinkMaster links = new LinkMaster(ScanFixture.CLOCK);

    @TempDir
    Path folder;

    @BeforeAll
    static void readerMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    @Test
    void shouldShowTheNewestOfManyScans() {
        Path master = folder.resolve("sample_0001.h5");

        for (int scan = 1; scan <= 1200; scan++) {
            link(master, scan + ".1", "scan%04d/scan%04d.h5".formatted(scan, scan));
        }

        JsonNode tree = ForeignReader.dump(master);
        assertThat(tree.size()).isEqualTo(1201);
        assertThat(tree.get("/").get("attrs").get("default").asText()).isEqualTo("1200.1");
        assertThat(tree.get("/").get("attrs").get("NX_class").asText()).isEqualTo("NXroot");
        assertThat(tree.get("/7.1").toString())
                .isEqualTo("{\"kind\":\"external\",\"file\":\"scan0007/scan0007.h5\",\"target\":\"/1.1\"}");
        assertThat(folder.toFile().list()).containsExactly("sample_0001.h5");
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldAddManyLinksAtOnceAndLeaveOutWhatIsRefused() {
        Path master = folder.resolve("sample_0001.h5");
        link(master, "2.1", "scan0002/scan0002.h5");

        LinkMaster.Addition addition = links.add(
                master,
                List.of(
                        link("1.1", "scan0001/scan0001.h5"),
                        link("2.1", "scan0009/scan0009.h5"),
                        link("3.1", "scan0003/scan0003.h5")));
        Objects.requireNonNull(addition.publication()).publishVolatile();

        assertThat(addition.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused).hasMessageContaining("link=2.1"));
        assertThat(ForeignReader.h5py(
                        master, "print(sorted(f.keys()), f.attrs['default'], f.get('2.1', getlink=True).filename)"))
                .isEqualTo("['1.1', '2.1', '3.1'] 3.1 scan0002/scan0002.h5");
    }

    @Test
    void shouldLeaveAMasterThatHasTheLink() {
        Path master = folder.resolve("sample_0001.h5");
        link(master, "1.1", "scan0001/scan0001.h5");

        assertThat(links.has(master, link("1.1", "scan0001/scan0001.h5"))).isTrue();
        assertThat(links.add(master, List.of(link("1.1", "scan0001/scan0001.h5"))))
                .isEqualTo(new LinkMaster.Addition(null, List.of()));

        assertThat(folder.toFile().list()).containsExactly("sample_0001.h5");
    }

    @Test
    void shouldNotRedirectALink() throws IOException {
        Path master = folder.resolve("sample_0001.h5");
        link(master, "1.1", "scan0001/scan0001.h5");
        byte[] before = Files.readAllBytes(master);

        assertRefused(Reason.EXISTS, master, "scan0002/scan0002.h5");

        assertThat(master).hasBinaryContent(before);
        assertThat(folder.toFile().list()).containsExactly("sample_0001.h5");
    }

    @Test
    void shouldNotTouchAMasterOfAnotherProgram() throws IOException {
        Path master = folder.resolve("sample_0001.h5");
        ForeignReader.python(
                "import h5py, numpy, sys; f = h5py.File(sys.argv[1], 'w'); f.attrs['creator'] = numpy.string_('penstock')",
                master.toString());
        byte[] before = Files.readAllBytes(master);

        assertRefused(Reason.PERMISSION, master, "scan0001/scan0001.h5");

        assertThat(master).hasBinaryContent(before);
        assertThat(folder.toFile().list()).containsExactly("sample_0001.h5");
    }

    @Test
    void shouldNotTouchAFileThatIsNoHdf5File() throws IOException {
        Path master = Files.writeString(folder.resolve("sample_0001.h5"), "notes");

        assertRefused(Reason.CORRUPT, master, "scan0001/scan0001.h5");

        assertThat(master).hasContent("notes");
        assertThat(folder.toFile().list()).containsExactly("sample_0001.h5");
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldRefuseLinksThatLeadUpwards() {
        Path master = folder.resolve("sample_0001.h5");

        for (String target : new String[] {"../other.h5", "/etc/passwd", "a/../../b.h5"}) {
            assertThatThrownBy(() -> links.add(master, List.of(link("1.1", target))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(target);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldFollowNamesWithOddCharacters() throws IOException {
        Path master = folder.resolve("pröp.h5");
        Path target = Files.createDirectories(folder.resolve("smp 50%b µ")).resolve("100% %b [x];'.h5");
        try (Hdf5File file = Hdf5File.create(target)) {
            file.root().createGroup("1.1").write("title", "found");
        }

        link(master, "smp µ_1.1", folder.relativize(target).toString());

        assertThat(ForeignReader.h5py(master, "print(f['smp µ_1.1/title'].asstr()[()])"))
                .isEqualTo("found");
    }

    private void link(Path master, String name, String target) {
        Objects.requireNonNull(links.add(master, List.of(link(name, target))).publication())
                .publishVolatile();
    }

    private static LinkMaster.Link link(String name, String target) {
        return new LinkMaster.Link(name, target, "/1.1");
    }

    private void assertRefused(Reason reason, Path master, String target) {
        assertThatThrownBy(() -> links.has(master, link("1.1", target)))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(master.getFileName().toString());
        if (reason == Reason.EXISTS) {
            assertThat(links.add(master, List.of(link("1.1", target))).refused())
                    .extracting(StorageException::reason)
                    .containsExactly(reason);
            return;
        }
        assertThatThrownBy(() -> links.add(master, List.of(link("1.1", target))))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(master.getFileName().toString());
    }
}
