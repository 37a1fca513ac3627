package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.nexus.template.ScanTemplate;

/** Folders of scans that ended, each with its master and nothing else. */
public final class MadeUpScans {
    private MadeUpScans() {}

    /**
     * Writes scans into the folder of their dataset, and releases HDF5 for other threads.
     *
     * @param identity of a scan of that dataset
     */
    public static void write(Path datasetFolder, ScanIdentity identity, int first, int last) throws IOException {
        ScanMaster master = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF);
        for (int number = first; number <= last; number++) {
            Path folder = Files.createDirectories(datasetFolder.resolve("scan%04d".formatted(number)));
            ScanProgress ended = ScanProgress.ended(WriterStatus.SUCCEEDED, ScanFixture.END, "SUCCESS");
            ScanDescription scan = new ScanDescription(
                    numbered(identity, number),
                    "made up",
                    ScanFixture.START.plusSeconds(number),
                    "ESRF-ID00",
                    ended,
                    ScanMetadata.EMPTY);
            master.write(scan, List.of(), folder.resolve("scan%04d.h5".formatted(number)))
                    .publication()
                    .publishVolatile();
        }
        Hdf5Library.release();
    }

    private static ScanIdentity numbered(ScanIdentity identity, int number) {
        return new ScanIdentity(
                identity.proposal(),
                identity.beamline(),
                identity.session(),
                identity.sample(),
                identity.dataset(),
                number);
    }
}
