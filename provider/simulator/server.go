package simulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// A Flavour is a dialect of the API.
type Flavour string

const (
	CloudStack Flavour = "cloudstack" // as recorded from 4.23
	Exoscale   Flavour = "exoscale"   // as Exoscale's cloud of 2018 differed from it
)

// Defaults of a [Config].
const (
	DefaultExpungeDelay = 24 * time.Hour
	DefaultJobTime      = 30 * time.Millisecond
)

// A Config says what cloud to simulate. The zero value is the recorded one with quick jobs.
type Config struct {
	Flavour      Flavour          // CloudStack unless set
	Seed         uint64           // decides ids, keys and how long jobs take
	Now          func() time.Time // the clock; time.Now unless set
	ExpungeDelay time.Duration    // from the destruction of a machine until it is expunged; DefaultExpungeDelay unless set
	Latency      Latency          // how long answers and jobs take
	Host         Host             // what machines run on
	Limits       map[string]int64 // what an ordinary account may have, by type as in listResourceLimits ("user_vm"); else unlimited
	Forbidden    []string         // commands that an ordinary account's role may not call, and listApis doesn't show it
	Reinstall    bool             // restoreVirtualMachine works; the recorded server's hypervisor can't and fails (530)
	RateLimit    RateLimit        // throttling of ordinary accounts; none unless set
	Faults       *Faults          // what goes wrong; nothing unless set
	Size         int              // machines that a new cloud has from the beginning, named m1, m2, … and owned by the ordinary user

	// State is a file that keeps the cloud between processes; in memory only unless set. No change that was acknowledged is lost when the
	// process dies, by kill -9 too: it is handed to the operating system before it is made. It is not forced onto the disk, which
	// would cost milliseconds a change: when power fails or the system crashes, the last seconds of changes may be lost, never more than
	// those since the file was last opened, and what is left is the cloud as it stood at one moment. Whoever opens the file
	// meanwhile is refused; an end that was not written to its last byte is dropped, see [Server.Notice]; other damage is an error.
	State string
	// Aside begins with the cloud that State holds, or with a new one where there is no such file, and leaves the file alone: it is not
	// locked, so that another process may be using it, and what changes is kept in memory only.
	Aside bool
}

// Host is what every host of a zone can carry. A zone's hosts never fill up: only what is larger than a host, or must
// not share one, finds no place.
type Host struct {
	Count    int   // hosts in a zone, 4 unless set: as many machines of one anti-affinity group can run
	Cores    int64 // 64 unless set
	MemoryMB int64 // 524288 unless set
}

// Credentials sign the requests of one account.
type Credentials struct{ Key, Secret string }

// A Server is a simulated CloudStack. Its methods may be called at once from many goroutines.
type Server struct {
	config  Config
	buffers buffers

	mu      sync.Mutex // guards what follows
	world   *world
	journal *journal // nil where nothing is kept
	log     []*Request
	calls   int64
	writing int // changes that are being answered
	faulty  *faulty
	history history
	notice  string
}

// New starts a simulated cloud.
func New(config Config) (*Server, error) {
	config = withDefaults(config)
	if config.Flavour != CloudStack && config.Flavour != Exoscale {
		return nil, fmt.Errorf("start simulator: unknown flavour %q; use %q or %q", config.Flavour, CloudStack, Exoscale)
	}
	center, err := loadDatacentre(config.Flavour)
	if err != nil {
		return nil, fmt.Errorf("start simulator: %w", err)
	}
	s := &Server{config: config}
	switch {
	case config.State == "":
		s.begin(center)
	case config.Aside:
		err = s.readState(center)
	default:
		err = s.openState(center)
	}
	if err != nil {
		return nil, err
	}
	s.world.limiter = newLimiter(config.RateLimit)
	s.faulty = newFaulty(config.Faults, config.Seed, s.now())
	s.history = newHistory(config.Faults, s.world)
	return s, nil
}

// openState goes on with the cloud of the state file, or begins one there.
func (s *Server) openState(center *datacentre) error {
	j, w, torn, err := openJournal(s.config.State, s.config, center)
	if err != nil {
		return err
	}
	if torn > 0 {
		s.notice = fmt.Sprintf("state %s: dropped %d bytes at its end, a change that was not written to its end; unless the system went down nobody was told that it was made", s.config.State, torn)
	}
	if w == nil {
		s.begin(center)
	} else {
		s.resume(w)
	}
	s.journal = j
	if err := j.rewrite(&s.config, s.world); err != nil {
		return errors.Join(err, j.close())
	}
	return nil
}

// readState begins with the cloud of the state file, which it only reads.
func (s *Server) readState(center *datacentre) error {
	data, err := os.ReadFile(s.config.State)
	if errors.Is(err, fs.ErrNotExist) {
		s.begin(center)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read state %s: %w", s.config.State, err)
	}
	w, _, err := replay(data, s.config, center) // a torn end is a change that another process is writing
	if err != nil {
		return fmt.Errorf("read state %s: %w", s.config.State, err)
	}
	s.resume(w)
	return nil
}

// begin makes a new cloud.
func (s *Server) begin(center *datacentre) {
	s.world = newWorld(&s.config, center)
	s.world.found(s.config.Now())
}

// resume goes on with a cloud that was read.
func (s *Server) resume(w *world) {
	s.config.Seed = w.config.Seed
	w.config = &s.config
	s.world = w
}

// Notice tells what was found wrong with the state file and put right when it was opened; empty where nothing was.
func (s *Server) Notice() string { return s.notice }

func withDefaults(c Config) Config {
	if c.Flavour == "" {
		c.Flavour = CloudStack
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.ExpungeDelay == 0 {
		c.ExpungeDelay = DefaultExpungeDelay
	}
	if c.Latency.Job == 0 {
		c.Latency.Job = DefaultJobTime
	}
	if c.Host.Count == 0 {
		c.Host.Count = 4
	}
	if c.Host.Cores == 0 {
		c.Host.Cores = 64
	}
	if c.Host.MemoryMB == 0 {
		c.Host.MemoryMB = 524288
	}
	return c
}

// found fills a new world with what is there before anybody does anything.
func (w *world) found(now time.Time) {
	w.Now = now
	w.Jobs.Last = jobsBefore
	w.addAccounts()
	w.addHosts()
	w.addSharedNetwork()
	w.addAddresses()
	w.populate(w.config.Size)
}

// Close ends the simulator and lets go of the state file. It is not to be used afterwards.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	var err error
	if s.journal.lines > 0 && s.journal.err == nil {
		err = s.journal.rewrite(&s.config, s.world)
	}
	err = errors.Join(err, s.journal.close())
	s.journal = nil
	return err
}

// Misbehave replaces what goes wrong; nil ends it. Calls, times and chances are counted anew, and From and Until from now.
func (s *Server) Misbehave(f *Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faulty = newFaulty(f, s.config.Seed, s.now())
	s.history = newHistory(f, s.world)
}

// User returns the credentials of the ordinary user "plain".
func (s *Server) User() Credentials { return s.credentials(userAccount) }

// Other returns the credentials of a second ordinary user, "plain2", who has an account of their own.
func (s *Server) Other() Credentials { return s.credentials(otherAccount) }

// Admin returns the credentials of the administrator.
func (s *Server) Admin() Credentials { return s.credentials(adminAccount) }

func (s *Server) credentials(name string) Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.world.Users.Rows {
		if u.Name == name {
			return Credentials{u.Key, u.Secret}
		}
	}
	return Credentials{}
}

// Advance moves the simulator's clock ahead of the injected one, and lets everything happen that falls due by that:
// jobs end, destroyed machines are expunged.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal != nil {
		s.journal.write(change{At: s.world.Now, Advance: d}) // a failure shows at the next request
	}
	s.world.Offset += d
	s.world.settle(s.now())
}

// now is the simulator's time; s.mu is held.
func (s *Server) now() time.Time { return s.config.Now().Add(s.world.Offset) }
