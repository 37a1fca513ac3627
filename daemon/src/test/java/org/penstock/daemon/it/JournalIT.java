package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;

/** A daemon whose standard error is a socket, as the journal's is. */
final class JournalIT {
    /** Reads all that the command says on a stream socket, whose inode, or another, the command is told as the journal's. */
    private static final String JOURNAL = """
            import os, socket, subprocess, sys
            ours, theirs = socket.socketpair()
            stat = os.fstat(theirs.fileno())
            name = f"{stat.st_dev}:{stat.st_ino + int(sys.argv[1])}"
            environment = dict(os.environ, JOURNAL_STREAM=name)
            child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
            theirs.close()
            said = b""
            while data := ours.recv(65536):
                if b"ready: data=" in data + said and b"ready: data=" not in said:
                    child.terminate()
                said += data
            assert child.wait() == 0, said
            sys.stdout.buffer.write(said)
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldSayThePriorityToTheJournal() throws Exception {
        List<String> lines = said(0);

        assertThat(lines).anyMatch(line -> line.matches("<6>\\[main] PenstockDaemon: ready: data=.*"));
        assertThat(lines).filteredOn(line -> line.contains("PenstockDaemon:")).allMatch(line -> line.startsWith("<6>"));
    }

    @Test
    void shouldSayTimeAndLevelToAnyoneElse() throws Exception {
        List<String> lines = said(1);

        assertThat(lines)
                .noneMatch(line -> line.startsWith("<"))
                .anyMatch(line ->
                        line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ INFO  \\[main] PenstockDaemon: ready: data=.*"));
    }

    private List<String> said(int inodesOff) throws IOException {
        ForeignReader.assumePython("socket");
        List<String> arguments = new ArrayList<>(List.of(Integer.toString(inodesOff)));
        arguments.addAll(DaemonProcess.command(List.of(
                "serve",
                "--port",
                "0",
                "--http-port",
                "off",
                "--data-dir",
                folder.resolve("data").toString())));
        return ForeignReader.python(JOURNAL, arguments.toArray(String[]::new))
                .lines()
                .toList();
    }
}
