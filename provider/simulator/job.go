package simulator

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	jobPending   = 0
	jobSucceeded = 1
	jobFailed    = 2
)

// jobLifetime is how long an ended job can be asked about (job.expire.minutes).
const jobLifetime = 24 * time.Hour

// jobsBefore is the number of the last job of the installation, whose jobs are nobody's to see.
const jobsBefore = 100

// A job is an accepted asynchronous command.
type job struct {
	row
	Command   string
	Class     string // the Java class, as CloudStack shows it
	Params    params `json:",omitempty"` // dropped when the job has ended
	User      string // id
	Account   string // id
	Kind      string // jobinstancetype
	Resource  string // id of what the job is about
	ShowsID   bool   // whether jobinstanceid is sent
	Created   time.Time
	Due       time.Time
	Completed time.Time
	Status    int
	Code      int
	Result    json.RawMessage `json:",omitempty"`
	Refusal   *jobRefusal     `json:",omitempty"` // decided when the job was submitted
	Fault     *jobFault       `json:",omitempty"`
	Event     string          `json:",omitempty"` // id of the one that told of its submission
}

// A jobRefusal is why a job will fail that was refused before it got to work.
type jobRefusal struct {
	Code int
	Text string
}

// submit makes the job of an accepted command. The work of jobs about one resource is done one after the other.
func (w *world) submit(c *call, started *started, refused *apiError) (*job, *apiError) {
	id := w.newID()
	if custom, ok := c.params["customjobid"]; ok {
		if !isUUID(custom) || w.Jobs.get(custom) != nil {
			return nil, opaque(csAPI)
		}
		id = custom
	}
	w.forgetOldJobs()
	class := c.cmd.class
	if c.admin() && c.cmd.adminClass != "" {
		class = c.cmd.adminClass
	}
	j := &job{
		row: row{ID: id}, Command: c.cmd.name, Class: "org.apache.cloudstack.api.command." + class, Params: c.params,
		User: c.user.ID, Account: c.account.ID, Resource: started.resource, ShowsID: !started.anonymous,
		Created: w.Now, Fault: c.fault,
	}
	if started.resource != "" {
		j.Kind = c.cmd.instance
	}
	begin := w.Now
	if busy := w.pendingOf[j.Resource]; len(busy) > 0 && j.Resource != "" && refused == nil {
		if last := busy[len(busy)-1]; last.Due.After(begin) {
			begin = last.Due
		}
	}
	took := w.jobTime(c.cmd.slow)
	if j.does(SlowJob) {
		took = j.Fault.For
	}
	j.Due = begin.Add(took)
	w.Jobs.add(j)
	w.indexPending(j)
	w.tellScheduled(j)
	w.schedule(begin, jobStarts, id)
	switch {
	case refused != nil:
		j.Refusal = &jobRefusal{refused.code, refused.text}
	case j.does(FailJob):
		j.Refusal = &jobRefusal{j.Fault.Code, j.Fault.Text}
	case c.cmd.begin != nil && !j.does(Ignore):
		w.schedule(begin.Add(took/3), jobBegins, id)
	}
	if !j.does(EndlessJob) {
		w.schedule(j.Due, jobEnds, id)
	}
	return j, nil
}

// does tells whether a job suffers from a fault.
func (j *job) does(a Action) bool { return j.Fault != nil && j.Fault.Do == a }

// jobTime draws how long a job takes.
func (w *world) jobTime(slow bool) time.Duration {
	base := w.config.Latency.Job
	switch {
	case w.config.Latency.Recorded:
		base = w.config.Latency.jobTime(len(w.pending)+1, slow)
	case slow:
		base += base / 2
	}
	if base <= 0 {
		return 0
	}
	return base/2 + time.Duration(w.draw().Int64N(int64(base)))
}

func (w *world) indexPending(j *job) {
	w.pending = append(w.pending, j)
	if j.Resource != "" {
		w.pendingOf[j.Resource] = append(w.pendingOf[j.Resource], j)
	}
}

func (w *world) beginJob(id string) {
	if j := w.Jobs.get(id); j != nil && j.Status == jobPending {
		c := w.jobCall(j)
		c.cmd.begin(c)
	}
}

// endJob does a job's work and keeps its result.
func (w *world) endJob(id string) {
	j := w.Jobs.get(id)
	if j == nil || j.Status != jobPending {
		return
	}
	var result object
	var failure *apiError
	if j.Refusal != nil {
		failure = failJob(j.Refusal.Code, "%s", j.Refusal.Text)
		if undo := w.center.commands[j.Command].undo; undo != nil && j.does(FailJob) {
			undo(w, j)
		}
	} else if undo := w.center.commands[j.Command].undo; j.does(Ignore) && undo == nil {
		result, failure = w.pretend(func() (object, *apiError) { return w.work(j) })
		j = w.Jobs.get(id)
	} else if result, failure = w.work(j); failure == nil && j.does(Ignore) {
		undo(w, j)
	}
	w.tellEnded(j, failure)
	j.Status, j.Completed = jobSucceeded, w.Now
	if failure != nil {
		j.Status, j.Code, result = jobFailed, failure.code, failure.jobObject()
	}
	j.Result = appendJSON(nil, result)
	j.Params, j.Refusal = nil, nil
	w.pending = slices.DeleteFunc(w.pending, func(p *job) bool { return p == j })
	rest := slices.DeleteFunc(w.pendingOf[j.Resource], func(p *job) bool { return p == j })
	if len(rest) == 0 {
		delete(w.pendingOf, j.Resource)
	} else {
		w.pendingOf[j.Resource] = rest
	}
}

func (w *world) work(j *job) (object, *apiError) {
	c := w.jobCall(j)
	result, err := c.cmd.work(c)
	if err == nil && j.does(FailJobAfter) {
		err = failJob(j.Fault.Code, "%s", j.Fault.Text)
	}
	return result, err
}

// jobCall is the call that a job goes on with.
func (w *world) jobCall(j *job) *call {
	return &call{
		world: w, cmd: w.center.commands[j.Command], params: j.Params, job: j,
		user: w.Users.get(j.User), account: w.Accounts.get(j.Account),
	}
}

// forgetOldJobs forgets the jobs that ended too long ago, up to the first that did not.
func (w *world) forgetOldJobs() {
	old := 0
	for old < len(w.Jobs.Rows) && w.Jobs.Rows[old].Status != jobPending && w.Now.Sub(w.Jobs.Rows[old].Completed) >= jobLifetime {
		old++
	}
	if old > 0 {
		w.Jobs.dropFirst(old)
	}
}

// renderJob returns a job as queryAsyncJobResult and listAsyncJobs show it.
func (w *world) renderJob(j *job) object {
	owner := w.Accounts.get(j.Account)
	o := object{
		{"accountid", owner.ID}, {"account", owner.Name}, {"domainid", domainID}, {"domainpath", domainName}, {"userid", j.User},
		{"cmd", j.Class}, {"jobprocstatus", 0}, {"jobresultcode", j.Code},
	}
	if j.Status != jobPending {
		result, err := parseJSON(j.Result)
		if err != nil {
			panic(err) // written by endJob or checked when the state was read
		}
		o.add("jobresulttype", "object")
		o.add("jobresult", result)
	}
	o.addIf("jobinstancetype", j.Kind)
	if j.ShowsID {
		o.addIf("jobinstanceid", j.Resource)
	}
	if j.Status == jobPending {
		o.add("managementserverid", managementServerID)
		o.add("managementservername", "localhost")
	}
	o.add("created", wireTime(j.Created))
	if j.Status != jobPending {
		o.add("completed", wireTime(j.Completed))
	}
	o.add("jobid", j.ID)
	o.add("jobstatus", j.Status)
	return o
}

// showPendingJob adds the job that is at work on a resource, as CloudStack does in that resource's own answers.
func (w *world) showPendingJob(o *object, resource string) {
	if jobs := w.pendingOf[resource]; len(jobs) > 0 {
		o.add("jobid", jobs[len(jobs)-1].ID)
		o.add("jobstatus", jobPending)
	}
}

func queryAsyncJobResult(c *call) (object, *apiError) {
	w := c.world
	var j *job
	switch {
	case c.params["jobid"] != "":
		j = w.Jobs.find(c.params["jobid"])
	case c.params["resourceid"] != "" && c.params["resourcetype"] != "":
		for _, x := range w.Jobs.Rows {
			if x.Resource == c.params["resourceid"] && x.Kind == c.params["resourcetype"] {
				j = x
			}
		}
		if j == nil {
			return object{}, nil
		}
	default:
		return nil, invalid("Expected parameter job id or parameters resource type and resource id")
	}
	if j == nil || !c.mayUse(j.Account) {
		num := c.params["jobid"]
		if j != nil {
			num = decimal(j.Num)
		}
		return nil, refuse(codeAccount, csPermission, "Account Account [{%q:%q,%q:%d,%q:%q}] is not authorized to see job id=%s",
			"accountName", c.account.Name, "id", c.account.Num, "uuid", c.account.ID, num)
	}
	return w.renderJob(j), nil
}

func listAsyncJobs(c *call) (object, *apiError) {
	since, err := c.date("startdate")
	if err != nil {
		return nil, err
	}
	visible, err := c.scope()
	if err != nil {
		return nil, err
	}
	var found []*job
	for _, j := range c.world.pending {
		if visible(j.Account) && !j.does(HideJob) && !j.Created.Before(since) && contains(j.Class, c.params["keyword"]) {
			found = append(found, j)
		}
	}
	return page(c, "asyncjobs", found, c.world.renderJob)
}
