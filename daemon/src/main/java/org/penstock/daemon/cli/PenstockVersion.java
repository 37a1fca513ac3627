package org.penstock.daemon.cli;

import org.penstock.daemon.BuildInfo;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class PenstockVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return BuildInfo.lines().toArray(String[]::new);
    }
}
