"""The reserve model: what to open, hold, buy, move and contract before it is known which event comes.

A two-stage stochastic programme with recourse, after Rawls & Turnquist (2010), *Pre-positioning of emergency supplies
for disaster response*, Transportation Research B 44, and Noyan (2012), *Risk-averse two-stage stochastic programming
with an application to disaster management*, Computers & Operations Research 39. The objective is a sequence of layers,
each minimised in turn and then kept, so that no penalty hides what is unmet behind what it costs.

Sets
    j  sources: depots, candidates, villages that hold stock, suppliers' offers
    z  sizes at which a source can be built or enlarged
    i  relief items                  q  equipment requirements (a rule asks for an item at a site)
    l  purchase lines (a holder, an item, a payer)          o  payers, who own what they buy
    t  depot requirements (a rule asks for a depot in a town)
    s  scenarios                     v  places with want
    a  arcs: from a source to a place by a vehicle class, in a scenario (class "none": held on the spot)
    p  vehicle pools (home site and class)      n  postings: a pool that may work from a source, in a scenario
    d  due times: the items' deadlines, and the late horizon as the last

Parameters
    storage[j] m³, size_storage[z] m³, size_cost[z] CNY, size_owner[z] payer
    volume[i] m³ a unit, existing[j, i, o] units usable at the horizon
    pack[l] units, line_cost[l] CNY a pack, budget[o] CNY
    fee[k] CNY a unit, most[k] units, of offer k
    move_cost[i] CNY a unit
    required[q], held[q] units, weight[q]; depot_weight[t]
    probability[s] (normalised), want[s, v, i] units, per_person[s, i] units (days included), priority[i], deadline[i] min
    kept[s, j] share of the stock at j that the event leaves (for an offer: the share that the supplier can give)
    drive[a] min, cycle[a] min (loading, drive, unloading, drive back), arrival[a] min (the first load, after the event)
    load[i, c] vehicle loads a unit: the larger of mass / payload and volume / loading volume
    vehicles[s, p], minutes[n, d] min that a vehicle posted by n can work from its source before d

Variables
    build[z] ∈ {0, 1}, packs[l] ∈ ℤ₊, moved_in[j, i, o], moved_out[j, i, o], contract[k] ≥ 0
    stock[j, i, o] ≥ 0
    ship[a, i, on time], ship[a, i, late] ≥ 0, unmet[s, v, i] ≥ 0, posted[n] ≥ 0
    equipment_short[q] ≥ 0, depot_short[t] ≥ 0

Layers, in order
    mandatory   Σ weight · shortfall of the mandatory requirements
    unmet_1 …   Σₛ probability · Σ unmet / per_person over the items of priority 1; then of priority 2; … (person-items);
                with ``risk`` "cvar" the mean of the worst share of outcomes, with "worst" the worst scenario
    late        Σₛ probability · Σ ship[late] / per_person
    advisory    Σ weight · shortfall of the other requirements
    cost        purchases, building, running, contracts, moves (CNY) this year

Constraints
    stock_balance[j, i, o]   stock = existing + moved_in - moved_out + Σ pack · packs
    moves_balance[i, o]      Σ_j moved_in = Σ_j moved_out
    storage_limit[j]         Σ volume · stock ≤ storage + Σ size_storage · build
    one_size[j]              Σ_z build ≤ 1
    payer_budget[o]          Σ what o pays ≤ budget
    equipment[q]             held + Σ pack · packs + equipment_short ≥ required
    town_depot[t]            Σ build of the town's candidates + depot_short ≥ 1
    want_met[s, v, i]        Σ ship + unmet = want
    source_stock[s, j, i]    Σ ship ≤ kept · Σ_o stock     (for an offer: kept · contract)
    fleet_time[s, j, c, d]   Σ cycle · load · ship due by d ≤ Σ minutes[n, d] · posted[n]
    pool_size[s, p]          Σ posted ≤ vehicles

A shipment on time is due by its item's deadline, a late one by the late horizon; on time only where arrival ≤ deadline.
"""
