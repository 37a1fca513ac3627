package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.storage.ScanRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links each scan into the masters above it: dataset, sample, proposal.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record MasterLinks(LinkMaster links, ScanTemplate template, Publisher publisher, Folders folders) {
    private static final int MOST_TRIES = 20;
    private static final Logger LOG = LoggerFactory.getLogger(MasterLinks.class);

    /** Adds what is to be published so that a scan is found; nothing where it is linked already, or has no masters. */
    void add(List<Publication> publications, ScanRecord scan) {
        ScanRecord.Files files = scan.files();
        Path scanFile = files.scan();
        Path dataset = files.dataset();
        Path sample = files.sample();
        Path proposal = files.proposal();
        if (scanFile == null || dataset == null || sample == null || proposal == null) {
            return;
        }
        String entry = template.entryName(scan.number());
        String datasetLink = scan.sample() + "_" + scan.dataset() + "_" + entry;
        link(publications, dataset, entry, below(dataset, scanFile), entry);
        link(publications, sample, datasetLink, below(sample, dataset), entry);
        link(publications, proposal, datasetLink, below(proposal, dataset), entry);
    }

    /** A crash may have come between a scan's folder and the links to it. */
    void repair(ScanRecord scan) {
        repair(scan, MOST_TRIES);
    }

    /** Links a scan once more when that failed: another daemon may have been at the same masters. */
    Consumer<@Nullable StorageException> repairing(ScanRecord scan) {
        return failure -> {
            if (failure != null) {
                repair(scan);
            }
        };
    }

    /** What another daemon has published meanwhile is taken up, and the scan linked into that. */
    private void repair(ScanRecord scan, int tries) {
        List<Publication> publications = new ArrayList<>();
        try {
            add(publications, scan);
            publisher.publish(publications, failure -> {
                if (failure != null && failure.reason() == StorageException.Reason.STALE && tries > 1) {
                    repair(scan, tries - 1);
                }
            });
        } catch (StorageException e) {
            publications.forEach(Publication::discard);
            LOG.error("scan not linked: scan={}, folder={}: {}", scan.number(), scan.folder(), e.getMessage());
        }
    }

    private static String below(Path master, Path target) {
        return master.resolveSibling(".").normalize().relativize(target).toString();
    }

    private void link(List<Publication> publications, Path master, String name, String target, String entry) {
        publisher.await(master);
        links.addLink(master, name, target, "/" + entry).ifPresent(publication -> {
            folders.readable(publication.temporary());
            publications.add(publication);
        });
    }
}
