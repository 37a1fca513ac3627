package org.penstock.daemon.scan;

import java.time.Clock;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.LinkTree;

/** What {@code ./penstock relink} works with: link masters as the daemon makes them, with its modes and groups. */
public final class Relinking {
    private Relinking() {}

    /** Returns a tree that gives its files the configured mode and group. */
    public static LinkTree tree(StorageConfig storage, Clock clock) {
        return new LinkTree(new LinkMaster(clock), new Folders(storage)::readable);
    }
}
