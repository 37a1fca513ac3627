package org.penstock.daemon.cli;

import org.penstock.daemon.PenstockDaemon;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class PenstockVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"penstock " + PenstockDaemon.VERSION};
    }
}
